"""What is made from the structs for others: JSON Schemas, OpenAPI, AsyncAPI, TypeScript, tables of docs/protocol.md."""
