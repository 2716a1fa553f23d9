// Which addresses a message may link to: the server's rule (protocol/body.py).

/** Absolute http, https or mailto, without spaces, quotes or angle brackets. */
export const LINK = /^(https?:\/\/|mailto:)[^\s\p{Cc}"<>\u202a-\u202e\u2066-\u2069]+$/u;
export const LINK_MAX = 2_048;
