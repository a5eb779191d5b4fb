import { KubernetesError, requestTimeoutVariable, type ClusterClient } from "../../access";

/** What a look asks of a cluster. */
export type LookingClient = Pick<ClusterClient, "exec" | "get" | "list" | "name">;

/**
 * A client whose questions, all of them together, have so long: what is not answered by then fails, and each by itself, so that
 * what came before counts.
 */
export function limitedClient(client: ClusterClient, limitMs: number): LookingClient {
  const endsAt = performance.now() + limitMs;
  const before = async <T>(path: string, asked: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(lateness(path, limitMs)), Math.max(0, endsAt - performance.now()));
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    name: client.name,
    get: (path) => before(path, client.get(path)),
    list: (path, query) => before(path, client.list(path, query)),
    exec: (target, command, timeoutMs) => {
      // A command that goes on would keep the process.
      const leftMs = Math.max(1, Math.min(timeoutMs, endsAt - performance.now()));
      return before(`pod ${target.namespace}/${target.pod}`, client.exec(target, command, leftMs));
    },
  };
}

function lateness(path: string, limitMs: number): KubernetesError {
  const found = `none within ${limitMs / 1000} s`;
  return new KubernetesError("GET", path, undefined, `no answer within ${limitMs / 1000} s`, {
    expected: "an answer",
    found,
    fix: `Check the network; for a slow one set ${requestTimeoutVariable} to more seconds.`,
  });
}
