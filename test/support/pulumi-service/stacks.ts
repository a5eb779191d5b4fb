import { ServiceError } from "./answer";
import { renamedState, type UntypedDeployment } from "./deployment";
import { StoredStack } from "./stored-stack";

type Parameters = Readonly<Record<string, string>>;

/** The stacks of all organizations. */
export class Stacks {
  private stacks: StoredStack[] = [];

  find(organization: string, project: string, name: string): StoredStack | undefined {
    return this.stacks.find(
      (stack) => stack.organization === organization && stack.project === project && stack.name === name,
    );
  }

  /** @throws ServiceError when there is none. */
  of({ organization = "", project = "", stack = "" }: Parameters): StoredStack {
    const found = this.find(organization, project, stack);
    if (found === undefined) throw new ServiceError(404, `Not Found: Stack '${stack}' not found`);
    return found;
  }

  create(
    { organization = "", project = "", stack = "" }: Parameters,
    tags: Readonly<Record<string, string>>,
    state?: UntypedDeployment,
  ): void {
    this.refuseTaken(organization, project, stack);
    this.stacks.push(new StoredStack(organization, project, stack, tags, state));
  }

  remove(stack: StoredStack): void {
    this.stacks = this.stacks.filter((one) => one !== stack);
  }

  rename(stack: StoredStack, project: string, name: string): void {
    const nextProject = project === "" ? stack.project : project;
    this.refuseTaken(stack.organization, nextProject, name);
    stack.checkpoint = { state: renamedState(stack.checkpoint.state, stack, { project: nextProject, name }) };
    stack.project = nextProject;
    stack.name = name;
  }

  hasProject({ organization, project }: Parameters): boolean {
    return this.stacks.some((stack) => stack.organization === organization && stack.project === project);
  }

  list(query: URLSearchParams): object[] {
    const isAsked = (key: string, value: string | undefined): boolean => !query.has(key) || query.get(key) === value;
    const tagName = query.get("tagName");
    return this.stacks
      .filter((stack) => isAsked("organization", stack.organization) && isAsked("project", stack.project))
      .filter(({ tags }) => tagName === null || (tagName in tags && isAsked("tagValue", tags[tagName])))
      .map(({ summary }) => summary);
  }

  /** All that is kept of all stacks, as text. */
  content(): string {
    return JSON.stringify(
      this.stacks.map(({ summary, tags, checkpoint, versions, updates }) => ({
        summary,
        tags,
        state: checkpoint.state,
        versions: [...versions.values()],
        updates: updates.map(({ info, events }) => ({ info, events })),
      })),
    );
  }

  private refuseTaken(organization: string, project: string, name: string): void {
    if (this.find(organization, project, name) === undefined) return;
    throw new ServiceError(409, `Conflict: Stack '${name}' already exists`);
  }
}
