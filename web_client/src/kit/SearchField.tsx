// A field to search in: its icon and placeholder say what it is, its label is for screen readers.

import type { JSX } from "preact";
import { Field, type FieldProps } from "./Field.tsx";
import { SearchIcon } from "./icons.tsx";

export type SearchFieldProps = Pick<FieldProps, "label" | "value" | "onInput" | "after">;

export function SearchField(props: SearchFieldProps): JSX.Element {
  return <Field {...props} labelHidden placeholder={props.label} type="search" icon={SearchIcon} />;
}
