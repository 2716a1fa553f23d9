// English for the console: shortcodes.

import type { Message } from "../i18n/types.ts";

export const shortcodes = {
  "codes.title": "Shortcodes",
  "codes.add": "Add shortcode",
  "codes.addTo": "Add shortcode: {where}",
  "codes.search": "Find a shortcode",
  "codes.account": "Client",
  "codes.contact": "Contact",
  "codes.today": "Now",
  "codes.previous": "Last",
  "codes.next": "Next",
  "codes.sees": "{name} sees *{subject}*",
  "codes.readerSees": "The client sees *{subject}*",
  "codes.whole": "As {name} will see it",
  "codes.wholeReader": "As the client will see it",
  "codes.unknown": {
    one: "{names} is no shortcode. It is sent as it stands.",
    other: "{names} are no shortcodes. They are sent as they stand.",
  },
  "codes.empty": {
    one: "Nothing is known for {names}. It is left out.",
    other: "Nothing is known for {names}. They are left out.",
  },
  "codes.others": {
    one: "The values are those of {name}. One more contact will read them.",
    other: "The values are those of {name}. {n} more contacts will read them.",
  },
} as const satisfies Readonly<Record<string, Message>>;
