// Made by `python -m protocol.describing.export` from protocol/videos.py. Do not edit: a test compares.

/** One who shows videos: see Provider in protocol/videos.py. */
export interface Provider {
  readonly name: string;
  readonly id: string;
  readonly link: string;
  readonly frame: string;
  readonly referrer: "no-referrer" | "strict-origin";
  readonly detail: "" | "start" | "hash";
  readonly link_detail: string;
  readonly frame_detail: string;
}

export const PROVIDERS: Readonly<Record<string, Provider>> = {
  youtube: {"name": "YouTube", "id": "[A-Za-z0-9_-]{11}", "link": "https://www.youtube.com/watch?v={id}", "frame": "https://www.youtube-nocookie.com/embed/{id}", "referrer": "strict-origin", "detail": "start", "link_detail": "&t={}", "frame_detail": "?start={}"},
  vimeo: {"name": "Vimeo", "id": "[1-9][0-9]{0,11}", "link": "https://vimeo.com/{id}", "frame": "https://player.vimeo.com/video/{id}", "referrer": "no-referrer", "detail": "hash", "link_detail": "/{}", "frame_detail": "?h={}"},
  loom: {"name": "Loom", "id": "[0-9a-f]{32}", "link": "https://www.loom.com/share/{id}", "frame": "https://www.loom.com/embed/{id}", "referrer": "no-referrer", "detail": "", "link_detail": "", "frame_detail": ""},
  google_drive: {"name": "Google Drive", "id": "[A-Za-z0-9_-]{20,100}", "link": "https://drive.google.com/file/d/{id}/view", "frame": "https://drive.google.com/file/d/{id}/preview", "referrer": "no-referrer", "detail": "", "link_detail": "", "frame_detail": ""},
};

/** Ways to write an address: provider, pattern of host and path, the query's field with the id. */
export const FORMS = [
  ["youtube", "(?:www\\.|m\\.|music\\.)?youtube\\.com/watch/?", "v"],
  ["youtube", "(?:www\\.|m\\.|music\\.)?youtube\\.com/(?:embed|v|shorts|live)/([A-Za-z0-9_-]{11})/?", ""],
  ["youtube", "youtu\\.be/([A-Za-z0-9_-]{11})/?", ""],
  ["youtube", "(?:www\\.)?youtube-nocookie\\.com/embed/([A-Za-z0-9_-]{11})/?", ""],
  ["vimeo", "(?:www\\.)?vimeo\\.com/(?:channels/[A-Za-z0-9_-]{1,100}/|groups/[A-Za-z0-9_-]{1,100}/videos/)?([1-9][0-9]{0,11})/?", ""],
  ["vimeo", "(?:www\\.)?vimeo\\.com/([1-9][0-9]{0,11})/([0-9a-f]{8,32})/?", ""],
  ["vimeo", "player\\.vimeo\\.com/video/([1-9][0-9]{0,11})/?", ""],
  ["loom", "(?:www\\.)?loom\\.com/share/(?:[A-Za-z0-9_.~%-]{1,300}-)?([0-9a-f]{32})/?", ""],
  ["loom", "(?:www\\.)?loom\\.com/embed/([0-9a-f]{32})/?", ""],
  ["google_drive", "drive\\.google\\.com/file/d/([A-Za-z0-9_-]{20,100})/(?:view|preview|edit)/?", ""],
  ["google_drive", "drive\\.google\\.com/(?:open|uc)/?", "id"],
] as const;
export const ADDRESS = "^(?:[hH][tT][tT][pP][sS]://)?([A-Za-z0-9.-]+)(/[!-\\\"$->@-~]*)(?:\\?([!-\\\"$-~]*))?(?:#[!-~]*)?$";
export const START = "^(?:([0-9]{1,2})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,6})s?)?$";
export const HASH = "^[0-9a-f]{8,32}$";
export const NO_IDS = ["videoseries", "live_stream"];
export const ADDRESS_CHARACTERS_MAX = 2048;
export const START_SECONDS_MAX = 359999;
