// Where the new chats that are to be created later are shown: for whatever leads there.

export const SCHEDULED = "/console/scheduled";
