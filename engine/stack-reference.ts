/** How stacks are named: `prod`, `acme/prod`, `acme/isthmus/prod`. Pure. */

/** A stack as `pulumi stack ls --json` lists it: what is that of the user and of this project is left out of its name. */
export interface ListedStack {
  readonly name: string;
  /** Where Pulumi Cloud shows it: the address ends with its name in full. Other backends have none. */
  readonly url?: string;
}

interface Reference {
  readonly organization?: string;
  readonly project?: string;
  readonly name: string;
}

/** What stands for an organization in backends that have none. */
const noOrganization = "organization";

/** A stack's own name: the last part of `organization/project/stack`. */
export function ownName(stack: string): string {
  return parsed(stack).name;
}

/**
 * Whether a stack that is listed is the one that somebody names. An organization that is not named is the user's own, which
 * Pulumi does not write where it lists; so also the project's name.
 */
export function isSameStack(named: string, listed: ListedStack): boolean {
  const asked = parsed(named);
  const shown = parsed(listed.name);
  const whole = inAddress(listed) ?? shown;
  return (
    asked.name === shown.name &&
    isSame(asked.organization, shown.organization, whole.organization) &&
    isSame(asked.project, shown.project, whole.project)
  );
}

/**
 * @param shown What is written where it is listed: nothing where it is the one that is meant when nothing is said.
 * @param whole What it is; undefined where the backend does not say.
 */
function isSame(asked: string | undefined, shown: string | undefined, whole: string | undefined): boolean {
  if (asked === undefined) return shown === undefined;
  return whole === undefined || whole === asked;
}

function parsed(text: string): Reference {
  const segments = text.split("/");
  const name = segments.at(-1) ?? text;
  const [first, second] = segments;
  if (segments.length === 2 && first !== undefined) return { organization: first, name };
  if (segments.length !== 3 || first === undefined || second === undefined) return { name };
  return first === noOrganization ? { project: second, name } : { organization: first, project: second, name };
}

function inAddress({ name, url }: ListedStack): Reference | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const segments = new URL(url).pathname.split("/").filter((segment) => segment !== "");
  const last = segments.slice(-3).map(decodeURIComponent);
  const address = parsed(last.join("/"));
  return last.length === 3 && address.name === parsed(name).name ? address : undefined;
}
