// English for the console: contacts.

import type { Message } from "../i18n/types.ts";

export const contacts = {
  "details.open": "Contact details",
  "details.title": "Contact details: {name}",
  "details.why": "Shortcodes stand for what is known here, in all the clients that the person belongs to.",
  "details.save": "Save",
  "details.first_name": "First name",
  "details.middle_name": "Middle name",
  "details.last_name": "Last name",
  "details.phone": "Phone",
  "details.company_name": "Company",
  "details.street": "Street address",
  "details.zip": "Postal code",
  "details.city": "City",
  "details.state": "State or province",
  "details.country": "Country",
  "contact.title": "E-mail to {name}",
  "contact.address": "E-mail address",
  "contact.save": "Save",
  "contact.saveAndInvite": "Save and send the invitation",
  "contact.onlyLeads": "Only the owner or an admin may change the address of somebody who logs in.",
  "contact.serverSaid": "The mail server said:",
  "toast.invited": "An invitation is on its way to {name}",
} as const satisfies Readonly<Record<string, Message>>;
