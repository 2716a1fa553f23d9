// Svenska för konsolen: uppgifter.

import type { Translated } from "../i18n/types.ts";
import type { tasks as english } from "./en.staff.ts";

export const tasks: Translated<typeof english> = {
  "tasks.visible": "Syns för klienten",
  "tasks.none": "Inga uppgifter. Klienten ser dem som en lista att bocka av.",
  "tasks.add": "Lägg till uppgift",
  "tasks.placeholder": "Vad ska klienten göra?",
  "tasks.changes": "Ändringar",
  "tasks.log": "Visa logg",
  "task.menu": "Mer om ”{text}”",
  "task.edit": "Ändra texten",
  "task.up": "Flytta upp",
  "task.down": "Flytta ner",
  "task.delete": "Ta bort",
  "tasksPage.title": "Uppgifter",
  "tasksPage.state": "Öppna eller klara",
  "tasksPage.open": "Öppna",
  "tasksPage.done": "Klara",
  "tasksPage.all": "Alla",
  "tasksPage.mine": "Tilldelade mig",
  "tasksPage.task": "Uppgift",
  "tasksPage.chat": "Chatt",
  "tasksPage.status": "Läge",
  "tasksPage.reminder": "Nästa påminnelse",
  "tasksPage.assignee": "Tilldelad",
  "tasksPage.doneBy": "{name}, {day}",
  "tasksPage.openSince": "öppen sedan {day}",
  "tasksPage.noReminder": "ingen",
  "tasksPage.noneOpen": "Inga öppna uppgifter",
  "tasksPage.none": "Inga uppgifter",
  "tasksPage.noneDone": "Inga klara uppgifter",
  "tasksPage.noneMine": "Inga sådana uppgifter i chattar tilldelade dig",
  "tasksPage.noneWhy": "Uppgifter som klienter ska göra står här, från alla chattar.",
};
