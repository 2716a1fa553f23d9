// Where an account's documents are looked through in the console.

import type { Id } from "../core/protocol.gen.ts";

export const documentsOf = (accountId: Id): string => `/console/accounts/${accountId}/documents`;
