// What other people's parsers read in the headers of letters, one program a line of the answer.
// node letters.mjs FILE  with FILE as letters.py writes it; prints {parser: [{subject, firm, reply, name, references}, …]}.
import { readFileSync } from "node:fs";
import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";

const letters = JSON.parse(readFileSync(process.argv[2], "utf8"));

async function byMailparser(raw) {
  const mail = await simpleParser(raw);
  const [firm, reply, name] = [mail.from.value, mail.replyTo.value, mail.to.value];
  const references = mail.headers.get("references");
  return { subject: mail.subject, firm, reply, name, references, id: mail.messageId };
}

async function byPostalMime(raw) {
  const mail = await PostalMime.parse(raw);
  const [firm, reply, name] = [[mail.from], mail.replyTo, mail.to];
  return { subject: mail.subject, firm, reply, name, references: mail.references, id: mail.messageId };
}

const read = { mailparser: [], "postal-mime": [] };
for (const { raw } of letters) {
  read.mailparser.push(await byMailparser(raw));
  read["postal-mime"].push(await byPostalMime(raw));
}
console.log(JSON.stringify(read));
