import { ServiceError } from "./answer";

/** A request that the service got, and what it answered. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Whose access token it bore, or whose update; undefined when it bore none that is known. */
  readonly user: string | undefined;
  /** As it was before it was compressed. */
  readonly body: string;
  /** Undefined while it is not answered, or when its connection was cut. */
  status?: number;
}

/** Which requests are meant. */
export interface RequestMatch {
  readonly method?: string;
  /** What the path, without the query, matches. */
  readonly path?: RegExp;
  /** How many requests that match pass first. Default: 0. */
  readonly after?: number;
  /** How many are meant from there. Default: all. */
  readonly times?: number;
}

/** What happens to a request instead of being answered rightly. */
export type Fault =
  /** It is refused, and changes nothing. */
  | { readonly status: number; readonly message: string }
  /** It is answered later. */
  | { readonly delayMs: number }
  /** The connection is cut before anything was done, or so that only the answer is lost. */
  | { readonly cut: "request" | "answer" };

/** A request that waits to be answered. */
export interface HeldRequest {
  /** Fulfilled when the request has come. */
  readonly come: Promise<RecordedRequest>;
  /** Lets it go on, and those that come later. */
  release(): void;
}

/** What is to happen to a request: before it is done, and after. */
export interface Treatment {
  before(request: RecordedRequest): Promise<void> | undefined;
  readonly isAnswerLost: boolean;
}

/** The connection is to be cut without a word. */
export class CutConnection extends Error {}

interface Rule {
  readonly match: RequestMatch;
  readonly treatment: Treatment;
  seen: number;
}

/** What is to go wrong, in the order in which it was asked for. */
export class Faults {
  private rules: Rule[] = [];

  add(match: RequestMatch, fault: Fault): void {
    this.rules.push({ match, treatment: treatmentOf(fault), seen: 0 });
  }

  hold(match: RequestMatch): HeldRequest {
    let release = (): void => undefined;
    let arrive: (request: RecordedRequest) => void = () => undefined;
    const released = new Promise<void>((fulfil) => (release = fulfil));
    const come = new Promise<RecordedRequest>((fulfil) => (arrive = fulfil));
    const before = (request: RecordedRequest): Promise<void> => {
      arrive(request);
      return released;
    };
    this.rules.push({ match, treatment: { before, isAnswerLost: false }, seen: 0 });
    return { come, release };
  }

  clear(): void {
    this.rules = [];
  }

  treatmentsOf(request: RecordedRequest): readonly Treatment[] {
    return this.rules.flatMap((rule) => {
      const { method, path, after = 0, times = Infinity } = rule.match;
      if (method !== undefined && method !== request.method) return [];
      if (path !== undefined && !path.test(request.path)) return [];
      rule.seen += 1;
      return rule.seen > after && rule.seen <= after + times ? [rule.treatment] : [];
    });
  }
}

function treatmentOf(fault: Fault): Treatment {
  if ("cut" in fault && fault.cut === "answer") return { before: () => undefined, isAnswerLost: true };
  return {
    isAnswerLost: false,
    before: () => {
      if ("cut" in fault) throw new CutConnection();
      if ("status" in fault) throw new ServiceError(fault.status, fault.message);
      return new Promise((fulfil) => setTimeout(fulfil, fault.delayMs));
    },
  };
}
