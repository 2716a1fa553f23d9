// Brings a file with tus-js-client, as packaged, and prints the upload's address.
// `uploads.mjs <endpoint> <token> <path> <bytes of a request, or 0>`
import { createReadStream } from "node:fs";
import { Upload } from "tus-js-client";

const [endpoint, token, path, chunk] = process.argv.slice(2);
const upload = new Upload(createReadStream(path), {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: "brought by tus-js-client.bin", filetype: "application/octet-stream" },
  retryDelays: [0, 1000, 3000, 5000],
  ...(Number(chunk) ? { chunkSize: Number(chunk) } : {}),
  onError(error) {
    console.error(error);
    process.exitCode = 1;
  },
  onSuccess() {
    console.log(upload.url);
  },
});
upload.start();
