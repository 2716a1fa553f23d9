// What shortcodes are called in English: see shortcodes/labels.ts.

import type { Labels } from "../shortcodes/labels.ts";

const labels: Labels = {
  ACCOUNT_NAME: "Client’s name",
  CONTACT_NAME: "Contact’s name",
  FIRST_NAME: "First name",
  MIDDLE_NAME: "Middle name",
  LAST_NAME: "Last name",
  PHONE_NUMBER: "Phone number",
  COMPANY_NAME: "Company name",
  STREET_ADDRESS: "Street address",
  "ZIP / POSTAL CODE": "Postal code",
  CITY: "City",
  "STATE / PROVINCE": "State or province",
  COUNTRY: "Country",
  CURRENT_DAY_FULL_DATE: "Today’s date",
  CURRENT_DAY_NUMBER: "Today’s day of the month",
  CURRENT_DAY_NAME: "Today’s weekday",
  CURRENT_WEEK: "This week’s number",
  CURRENT_MONTH_NUMBER: "This month’s number",
  CURRENT_MONTH_NAME: "This month’s name",
  CURRENT_QUARTER: "This quarter",
  CURRENT_YEAR: "This year",
  LAST_DAY_FULL_DATE: "Yesterday’s date",
  LAST_DAY_NUMBER: "Yesterday’s day of the month",
  LAST_DAY_NAME: "Yesterday’s weekday",
  LAST_WEEK: "Last week’s number",
  LAST_MONTH_NUMBER: "Last month’s number",
  LAST_MONTH_NAME: "Last month’s name",
  LAST_QUARTER: "Last quarter",
  LAST_YEAR: "Last year",
  NEXT_DAY_FULL_DATE: "Tomorrow’s date",
  NEXT_DAY_NUMBER: "Tomorrow’s day of the month",
  NEXT_DAY_NAME: "Tomorrow’s weekday",
  NEXT_WEEK: "Next week’s number",
  NEXT_MONTH_NUMBER: "Next month’s number",
  NEXT_MONTH_NAME: "Next month’s name",
  NEXT_QUARTER: "Next quarter",
  NEXT_YEAR: "Next year",
};

export default labels;
