// Choosing a colleague: a search field over a list; those without access are shown but can't be chosen (AS-2, MN-4).

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Avatar, NobodyAvatar } from "../kit/Avatar.tsx";
import { EnterIcon } from "../kit/icons.tsx";
import { Picker } from "../kit/Picker.tsx";
import { PickerOption, type PickerOptionProps } from "../kit/PickerOption.tsx";
import { search } from "../kit/people_search.ts";
import type { StaffChoice } from "./models.ts";

export interface StaffPickerProps {
  readonly anchor: HTMLElement;
  readonly accountName: string;
  readonly choices: readonly StaffChoice[] | undefined;
  /** Somebody is assigned now: offers to clear it. */
  readonly clearable?: boolean;
  readonly align?: "start" | "end";
  readonly onChoose: (id: string | null) => void;
  readonly onClose: () => void;
}

export function StaffPicker(props: StaffPickerProps): JSX.Element {
  const { anchor, accountName, choices, clearable = false, align = "end", onChoose, onClose } = props;
  const found = (query: string, hasAccess: boolean): StaffChoice[] =>
    search(choices ?? [], query, (choice) => choice.person.name).filter(
      (choice) => choice.hasAccess === hasAccess,
    );
  return (
    <Picker<StaffChoice | null>
      anchor={anchor}
      align={align}
      search={t("picker.search")}
      title={t("picker.colleagues")}
      find={(query) => [...found(query, true), ...(clearable && query === "" ? [null] : [])]}
      onChoose={(choice) => {
        anchor.focus();
        onChoose(choice?.person.id ?? null);
      }}
      onClose={onClose}
      nothing={({ query, options }) => {
        if (choices === undefined) return t("loading");
        return options.length + found(query, false).length > 0 ? undefined : t("picker.none");
      }}
    >
      {({ query, options, option }) => {
        const unable = found(query, false);
        return (
          <>
            {options.some((choice) => choice !== null) && (
              <p class="picker__heading">{t("picker.hasAccess", { account: accountName })}</p>
            )}
            {options.map((choice, index) => (
              <Option key={choice?.person.id ?? "nobody"} choice={choice} {...option(index)} />
            ))}
            {unable.length > 0 && (
              <p class="picker__heading picker__heading--ruled">{t("picker.noAccess")}</p>
            )}
            {unable.map(({ person }) => (
              <PickerOption
                key={person.id}
                able={false}
                locked={t("picker.noAccess")}
                avatar={<Avatar person={person} size={24} />}
                name={person.name}
              />
            ))}
          </>
        );
      }}
    </Picker>
  );
}

interface OptionProps extends Pick<PickerOptionProps, "id" | "current" | "onChoose" | "onPoint"> {
  /** Null: nobody. */
  readonly choice: StaffChoice | null;
}

function Option({ choice, ...rest }: OptionProps): JSX.Element {
  if (!choice) return <PickerOption {...rest} avatar={<NobodyAvatar size={24} />} name={t("assign.clear")} />;
  const { person, me, openCount } = choice;
  const name = (
    <>
      {person.name}
      {me && <span class="picker__me"> {t("you").toLowerCase()}</span>}
    </>
  );
  const count = openCount !== undefined && (
    <span class="picker__note">{t("picker.open", { n: openCount })}</span>
  );
  const note = rest.current ? <EnterIcon size={14} /> : count;
  return <PickerOption {...rest} avatar={<Avatar person={person} size={24} />} name={name} note={note} />;
}
