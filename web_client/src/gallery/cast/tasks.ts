// What clients are asked to do.

import type { TaskRowView, TaskView } from "../../tasks/models.ts";
import { anna, at, holm, sofia, vinterhav } from "./people.ts";

const task = (id: string, text: string, more: Partial<TaskView> = {}): TaskView => ({
  id,
  text,
  done: false,
  ...more,
});
export const tasks: readonly TaskView[] = [
  task("a", "Ladda upp lagerlista per 30 november", { dueAt: at("11-30T12:00") }),
  task("b", "Skicka bilkvitton för okt och nov", { dueAt: at("12-05T12:00") }),
  task("c", "Godkänn preliminär resultatrapport", { dueAt: at("12-15T12:00") }),
  task("d", "Ladda upp bankutdrag sep–nov", { done: true, doneBy: "Petra Holm", doneAt: at("12-01T09:48") }),
  task("e", "Bekräfta firmatecknare", { done: true, doneBy: "Petra Holm", doneAt: at("11-25T16:03") }),
];

export const taskRows: readonly TaskRowView[] = tasks.map((one, index) => ({
  threadId: "t1",
  account: index % 2 ? vinterhav : holm,
  subject: index % 2 ? "Utdelning 2025, 3:12" : "Årsbokslut 2025 – underlag",
  task: one,
  createdAt: at("11-20T09:00"),
  ...(index < 3 && { assignee: index === 1 ? sofia : anna, reminderNextAt: at("12-04T10:12") }),
}));
