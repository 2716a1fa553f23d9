// English for the console: what became of e-mails.

import type { Message } from "../i18n/types.ts";

export const letters = {
  "fate.waiting": "Waiting for the mail server: {names}",
  "fate.handed_over": "Handed over to the mail server: {names}",
  "fate.dropped": "No longer needed: {names}",
  "fate.failed": "Could not be sent: {names}",
  "fate.refused": "Could not be sent to {names}. {why}",
  "refusal.mailbox": "Nobody has that address",
  "refusal.full": "The mailbox is full",
  "refusal.spam": "It was refused as unwanted mail",
  "refusal.tooBig": "It is too big for the recipient’s mail server",
  "refusal.notAllowed": "Our mail server may not send there",
  "refusal.address": "No e-mail can be sent to that address",
  "refusal.tooLate": "It couldn’t be handed over in time",
  "refusal.other": "The mail server refused it",
  "fate.unknown": "Not known whether it went out: {names}",
  "mail.waiting": "The last e-mail waits for the mail server",
  "mail.handed_over": "The last e-mail was handed over to the mail server",
  "mail.dropped": "The last e-mail was no longer needed",
  "mail.failed": "The last e-mail could not be sent",
  "mail.refused": "The last e-mail could not be sent. {why}",
  "mail.unknown": "It is not known whether the last e-mail went out",
  "mail.noCopies": "Nothing to send again: copies that failed are kept for 30 days",
  "mailNow.failed": {
    one: "The e-mail to {names} was not sent. {why}",
    other: "{n} e-mails to {names} were not sent. {why}",
  },
  "mailNow.waiting": {
    one: "The e-mail to {names} is being sent again",
    other: "{n} e-mails to {names} are being sent again",
  },
  "mailNow.handed_over": {
    one: "The e-mail to {names} has now been handed over to the mail server",
    other: "{n} e-mails to {names} have now been handed over to the mail server",
  },
  "mailNow.dropped": {
    one: "The e-mail to {names} is no longer needed",
    other: "{n} e-mails to {names} are no longer needed",
  },
  "mailNow.unknown": {
    one: "It is not known whether the e-mail to {names} went out",
    other: "It is not known whether {n} e-mails to {names} went out",
  },
} as const satisfies Readonly<Record<string, Message>>;
