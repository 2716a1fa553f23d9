// A program over what openapi-typescript makes, with its default options: it has to compile, errors where they are expected.
import type { components, paths } from "./made/schema.ts";

type Schemas = components["schemas"];
type Body<P extends keyof paths> = paths[P] extends { post: { requestBody?: { content: { "application/json": infer B } } } } ? B : never;

const nothing: Body<"/api/v1/thread.list"> = {};
const body: Schemas["Body"] = { content: [{ type: "paragraph", content: [{ type: "text", text: "Hej" }] }] };
const send: Body<"/api/v1/message.send"> = { thread_id: "0", client_message_id: "my-key-0001", body };
// @ts-expect-error Bodies are closed.
const wrong: Schemas["Text"] = { type: "text", text: "Hej", bold: true };

function told(event: Schemas["StreamEvent"]["event"]): string {
  switch (event.type) {
    case "message.sent":
      return event.client_message_id;
    case "task.added":
      return event.task.text;
    default:
      return event.type;
  }
}

function badge(thread: Schemas["Thread"]): number {
  // @ts-expect-error A default is left out of the answer.
  const more = thread.unread + 1;
  return more ?? thread.unread ?? 0;
}

export { badge, nothing, send, told, wrong };
