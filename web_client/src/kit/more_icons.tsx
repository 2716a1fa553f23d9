// The drawings that only fetched parts of a page use; see icons.tsx.

import { draw, type Icon } from "./icons.tsx";

export const AtIcon: Icon = (p) =>
  draw(
    p,
    "M12 8.3a3.7 3.7 0 1 0 0 7.4a3.7 3.7 0 1 0 0-7.4M15.7 8.5v4.7a2.4 2.4 0 0 0 4.8 0V12a8.5 8.5 0 1 0-3.3 6.7",
  );
export const DownloadIcon: Icon = (p) => draw(p, "M12 4v11.5M6.8 10.5L12 15.7l5.2-5.2M5 19.5h14");
export const LinkIcon: Icon = (p) =>
  draw(
    p,
    "M10 14.2a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7l-1.4 1.4M14 9.8a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.4-1.4",
  );
export const ComputerIcon: Icon = (p) => draw(p, "M4.5 5h15v10.5h-15zM9 19.5h6M12 15.5v4");
export const FolderPlusIcon: Icon = (p) =>
  draw(
    p,
    "M3.5 6.5A1.5 1.5 0 0 1 5 5h4.5l2 2.5H19A1.5 1.5 0 0 1 20.5 9v9a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18zM12 10.5v6M9 13.5h6",
  );
export const MinusIcon: Icon = (p) => draw(p, "M6 12h12");
export const TrashIcon: Icon = (p) =>
  draw(
    p,
    "M4.5 6.5h15M9.5 6.5V4.3h5v2.2M6.5 6.5l.8 12a1.4 1.4 0 0 0 1.4 1.3h6.6a1.4 1.4 0 0 0 1.4-1.3l.8-12",
  );
export const GripIcon: Icon = (p) => draw(p, "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01", 2.2);
export const BoldIcon: Icon = (p) =>
  draw(p, "M7.5 5h5.3a3.4 3.4 0 0 1 0 6.8H7.5zM7.5 11.8h6.3a3.6 3.6 0 0 1 0 7.2H7.5z", 1.9);
export const ItalicIcon: Icon = (p) => draw(p, "M10.5 5H16M8 19h5.5M13.8 5l-3.6 14");
export const UnderlineIcon: Icon = (p) => draw(p, "M7 4.5v6.8a5 5 0 0 0 10 0V4.5M6 20h12");
export const BulletListIcon: Icon = (p) =>
  draw(p, "M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01M9.5 6.5H20M9.5 12H20M9.5 17.5H20", 1.8);
export const NumberListIcon: Icon = (p) =>
  draw(
    p,
    "M10.5 6.5H20M10.5 12H20M10.5 17.5H20M4 5.2l1.5-.9v5M3.9 14.8c.3-1.5 2.7-1.3 2.6.1c0 1.1-1.8 1.8-2.6 3.3h2.8",
  );
export const CopyIcon: Icon = (p) =>
  draw(
    p,
    "M10.5 9h8A1.5 1.5 0 0 1 20 10.5v8a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 9 18.5v-8A1.5 1.5 0 0 1 10.5 9zM15 6V5.5A1.5 1.5 0 0 0 13.5 4h-8A1.5 1.5 0 0 0 4 5.5v8A1.5 1.5 0 0 0 5.5 15H6",
  );
export const BracketsIcon: Icon = (p) =>
  draw(p, "M8.5 4.5H5v15h3.5M15.5 4.5H19v15h-3.5M9.5 12h.01M12 12h.01M14.5 12h.01", 1.8);
export const TemplateIcon: Icon = (p) =>
  draw(
    p,
    "M5.5 4h13A1.5 1.5 0 0 1 20 5.5v13a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5v-13A1.5 1.5 0 0 1 5.5 4zM4 9h16M10 9v11",
  );
export const EyeIcon: Icon = (p) =>
  draw(
    p,
    "M2.8 12S6 5.8 12 5.8S21.2 12 21.2 12S18 18.2 12 18.2S2.8 12 2.8 12zM12 9.3a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 1 0 0-5.4",
  );
export const ChevronRightIcon: Icon = (p) => draw(p, "M9.5 6.5L15 12l-5.5 5.5");
/** The tick inside a checkbox: heavier, because it is small and on a fill. */
export const TickIcon: Icon = (p) => draw(p, "M5 12.8l4.3 4.4L19 7", 2.6);
