import { randomUUID } from "node:crypto";
import { ServiceError } from "./answer";

/** What an environment (ESC) gives to the configuration of the stacks that import it, by key. */
export type EnvironmentConfiguration = Readonly<Record<string, unknown>>;

class Secret {
  constructor(readonly value: unknown) {}
}

/** The environments that the service keeps, by the names by which stacks' files import them. */
export class Environments {
  private readonly kept = new Map<string, EnvironmentConfiguration>();
  private readonly sessions = new Map<string, EnvironmentConfiguration>();

  /** A value that is a secret, to be set. */
  secret(value: unknown): Secret {
    return new Secret(value);
  }

  set(name: string, configuration: EnvironmentConfiguration): void {
    this.kept.set(name, configuration);
  }

  /** Opens some, the later ones over the earlier, and says under which id. */
  open(names: readonly string[]): string {
    const id = randomUUID();
    this.sessions.set(id, this.merged(names));
    return id;
  }

  opened(id: string): object {
    const found = this.sessions.get(id);
    if (found === undefined) throw new ServiceError(404, "Not Found: Environment session not found");
    return described(found);
  }

  check(names: readonly string[]): object {
    return described(this.merged(names));
  }

  private merged(names: readonly string[]): EnvironmentConfiguration {
    return Object.assign(
      {},
      ...names.map((name) => {
        const found = this.kept.get(name);
        if (found === undefined) throw new ServiceError(400, `Bad Request: unknown environment ${name}`);
        return found;
      }),
    ) as EnvironmentConfiguration;
  }
}

function described(configuration: EnvironmentConfiguration): object {
  return { properties: { pulumiConfig: valueOf(configuration) } };
}

/** A value as environments write it: every part of it with what is known of it. */
function valueOf(value: unknown): object {
  if (value instanceof Secret) return { ...valueOf(value.value), secret: true };
  if (Array.isArray(value)) return { value: value.map(valueOf), trace: {} };
  if (typeof value !== "object" || value === null) return { value, trace: {} };
  return {
    value: Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valueOf(inner)])),
    trace: {},
  };
}
