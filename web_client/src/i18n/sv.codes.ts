// What shortcodes are called in Swedish: see shortcodes/labels.ts.

import type { Labels } from "../shortcodes/labels.ts";

const labels: Labels = {
  ACCOUNT_NAME: "Klientens namn",
  CONTACT_NAME: "Kontaktens namn",
  FIRST_NAME: "Förnamn",
  MIDDLE_NAME: "Mellannamn",
  LAST_NAME: "Efternamn",
  PHONE_NUMBER: "Telefonnummer",
  COMPANY_NAME: "Företagsnamn",
  STREET_ADDRESS: "Gatuadress",
  "ZIP / POSTAL CODE": "Postnummer",
  CITY: "Ort",
  "STATE / PROVINCE": "Län eller delstat",
  COUNTRY: "Land",
  CURRENT_DAY_FULL_DATE: "Dagens datum",
  CURRENT_DAY_NUMBER: "Dagens dag i månaden",
  CURRENT_DAY_NAME: "Dagens veckodag",
  CURRENT_WEEK: "Veckans nummer",
  CURRENT_MONTH_NUMBER: "Månadens nummer",
  CURRENT_MONTH_NAME: "Månadens namn",
  CURRENT_QUARTER: "Kvartalets nummer",
  CURRENT_YEAR: "Årtalet i år",
  LAST_DAY_FULL_DATE: "Gårdagens datum",
  LAST_DAY_NUMBER: "Gårdagens dag i månaden",
  LAST_DAY_NAME: "Gårdagens veckodag",
  LAST_WEEK: "Förra veckans nummer",
  LAST_MONTH_NUMBER: "Förra månadens nummer",
  LAST_MONTH_NAME: "Förra månadens namn",
  LAST_QUARTER: "Förra kvartalets nummer",
  LAST_YEAR: "Förra årets årtal",
  NEXT_DAY_FULL_DATE: "Morgondagens datum",
  NEXT_DAY_NUMBER: "Morgondagens dag i månaden",
  NEXT_DAY_NAME: "Morgondagens veckodag",
  NEXT_WEEK: "Nästa veckas nummer",
  NEXT_MONTH_NUMBER: "Nästa månads nummer",
  NEXT_MONTH_NAME: "Nästa månads namn",
  NEXT_QUARTER: "Nästa kvartals nummer",
  NEXT_YEAR: "Nästa års årtal",
};

export default labels;
