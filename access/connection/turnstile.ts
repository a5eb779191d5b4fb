/** Does something when it is its turn. */
export type Turnstile = <T>(action: () => Promise<T>) => Promise<T>;

/** Lets so many things be under way at once, from wherever they are begun; the others wait, and begin in their order. */
export function turnstile(count: number): Turnstile {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (action) => {
    if (free > 0) free--;
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await action();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
