// The door: logging in, asking for a new password, setting one from a mail or an invitation. One form at a time.
// The firm's name stands on top where it is known; the product's never, because clients come here, too.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { FirmMark } from "../Avatar.tsx";
import { Button } from "../Button.tsx";
import { Field } from "../Field.tsx";
import { ProblemIcon } from "../icons.tsx";

export const PASSWORD_MIN = 10;

/** Which form is shown, with what it knows. */
export type LoginStep =
  | { readonly kind: "login"; readonly email?: string }
  /** The address is known to several firms. */
  | { readonly kind: "firm"; readonly firms: readonly { readonly id: string; readonly name: string }[] }
  | { readonly kind: "forgot" }
  | { readonly kind: "sent"; readonly email: string }
  | { readonly kind: "reset" }
  | {
      readonly kind: "invitation";
      readonly name: string;
      readonly email: string;
      readonly accountName: string;
    }
  /** An invitation or a link for a password that was used or replaced. */
  | { readonly kind: "dead_link" };

export interface LoginPageProps {
  readonly step: LoginStep;
  readonly firmName?: string | undefined;
  readonly busy: boolean;
  /** A sentence: what was wrong with the last try. */
  readonly problem?: string | undefined;
  readonly languages: readonly string[];
  readonly language: string;
  readonly onLanguage: (language: string) => void;
  readonly onLogin: (email: string, password: string) => void;
  readonly onFirm: (firmId: string) => void;
  readonly onForgot: (email: string) => void;
  readonly onPassword: (password: string) => void;
  readonly onStep: (kind: "login" | "forgot") => void;
}

export function LoginPage(props: LoginPageProps): JSX.Element {
  const { firmName, languages, language, onLanguage } = props;
  return (
    <div class="login">
      <main class="login__card">
        {firmName && (
          <p class="login__firm">
            <FirmMark name={firmName} />
            <span>{firmName}</span>
          </p>
        )}
        <Step {...props} />
      </main>
      <footer class="login__foot">
        {languages.map((tag) => (
          <button
            key={tag}
            type="button"
            lang={tag}
            aria-pressed={tag === language}
            onClick={() => onLanguage(tag)}
          >
            {tag === "sv" ? "Svenska" : tag === "en" ? "English" : tag}
          </button>
        ))}
      </footer>
    </div>
  );
}

function Step(props: LoginPageProps): JSX.Element {
  const { step, onStep } = props;
  switch (step.kind) {
    case "login":
      return <LoginForm {...props} email={step.email ?? ""} />;
    case "firm":
      return (
        <>
          <h1 class="login__title">{t("login.whichFirm")}</h1>
          <ul class="login__firms">
            {step.firms.map((firm) => (
              <li key={firm.id}>
                <button type="button" onClick={() => props.onFirm(firm.id)}>
                  <FirmMark name={firm.name} />
                  <span>{firm.name}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      );
    case "forgot":
      return <ForgotForm {...props} />;
    case "sent":
      return (
        <Said title={t("login.sentTitle")} onBack={() => onStep("login")}>
          {t("login.sent", { email: step.email })}
        </Said>
      );
    case "reset":
      return (
        <PasswordForm
          {...props}
          title={t("login.newPassword")}
          lead={t("login.newPasswordLead")}
          verb={t("login.savePassword")}
        />
      );
    case "invitation":
      return (
        <PasswordForm
          {...props}
          title={t("login.welcome", { name: step.name.split(" ")[0] ?? step.name })}
          lead={t("login.welcomeLead", { account: step.accountName, email: step.email })}
          verb={t("login.activate")}
        />
      );
    case "dead_link":
      return (
        <Said title={t("login.deadTitle")} onBack={() => onStep("login")}>
          {t("login.dead")}
        </Said>
      );
  }
}

function Said({
  title,
  children,
  onBack,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly onBack: () => void;
}): JSX.Element {
  return (
    <>
      <h1 class="login__title">{title}</h1>
      <p class="login__lead">{children}</p>
      <Button kind="secondary" wide onClick={onBack}>
        {t("login.toLogin")}
      </Button>
    </>
  );
}

function Problem({ text }: { readonly text: string | undefined }): JSX.Element {
  return (
    <div class="login__problem" role="alert">
      {text && (
        <p>
          <ProblemIcon size={16} />
          {text}
        </p>
      )}
    </div>
  );
}

function LoginForm(props: LoginPageProps & { readonly email: string }): JSX.Element {
  const [email, setEmail] = useState(props.email);
  const [password, setPassword] = useState("");
  return (
    <form
      class="login__form"
      onSubmit={(event) => {
        event.preventDefault();
        if (email.trim() !== "" && password !== "" && !props.busy) props.onLogin(email.trim(), password);
      }}
    >
      <h1 class="login__title">{t("login.title")}</h1>
      <Problem text={props.problem} />
      <Field
        label={t("login.email")}
        type="email"
        autocomplete="username"
        required
        value={email}
        onInput={setEmail}
      />
      <Field
        label={t("login.password")}
        type="password"
        autocomplete="current-password"
        required
        value={password}
        onInput={setPassword}
      />
      <Button kind="primary" type="submit" wide disabled={props.busy}>
        {props.busy ? t("login.busy") : t("login.verb")}
      </Button>
      <Button kind="link" onClick={() => props.onStep("forgot")}>
        {t("login.forgot")}
      </Button>
    </form>
  );
}

function ForgotForm(props: LoginPageProps): JSX.Element {
  const [email, setEmail] = useState("");
  return (
    <form
      class="login__form"
      onSubmit={(event) => {
        event.preventDefault();
        if (email.trim() !== "" && !props.busy) props.onForgot(email.trim());
      }}
    >
      <h1 class="login__title">{t("login.forgotTitle")}</h1>
      <p class="login__lead">{t("login.forgotLead")}</p>
      <Problem text={props.problem} />
      <Field
        label={t("login.email")}
        type="email"
        autocomplete="username"
        required
        value={email}
        onInput={setEmail}
      />
      <Button kind="primary" type="submit" wide disabled={props.busy}>
        {t("login.forgotVerb")}
      </Button>
      <Button kind="link" onClick={() => props.onStep("login")}>
        {t("login.toLogin")}
      </Button>
    </form>
  );
}

interface PasswordFormProps extends LoginPageProps {
  readonly title: string;
  readonly lead: string;
  readonly verb: string;
}

function PasswordForm({ title, lead, verb, busy, problem, onPassword }: PasswordFormProps): JSX.Element {
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const short = password.length < PASSWORD_MIN;
  return (
    <form
      class="login__form"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!short && !busy) onPassword(password);
      }}
    >
      <h1 class="login__title">{title}</h1>
      <p class="login__lead">{lead}</p>
      <Problem text={problem} />
      <Field
        label={t("login.password")}
        type="password"
        autocomplete="new-password"
        required
        value={password}
        onInput={setPassword}
        error={tried && short ? t("login.passwordShort", { n: PASSWORD_MIN }) : undefined}
        hint={t("login.passwordHint", { n: PASSWORD_MIN })}
      />
      <Button kind="primary" type="submit" wide disabled={busy}>
        {verb}
      </Button>
    </form>
  );
}
