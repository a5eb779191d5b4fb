import { createConnection, createServer, type Socket } from "node:net";

/**
 * Runs an action while no other process changes the lab.
 * @param onWait called once with the holder's process id when another process is at it.
 */
export function withLabLock<T>(
  action: () => Promise<T>,
  onWait: (holder: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  return withLock("isthmus-lab", action, onWait, signal);
}

/**
 * Runs an action while no other process on this machine holds the lock of that name.
 *
 * The lock is an abstract socket (unix(7)): the kernel lets one process bind it and frees it when that process ends,
 * however it ends, so there is no stale lock to recognise.
 * @param onWait called once with the holder's process id when another process holds it.
 */
export async function withLock<T>(
  name: string,
  action: () => Promise<T>,
  onWait: (holder: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  const address = `\0${name}`;
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const release = await take(address);
    if (release !== undefined) {
      try {
        return await action();
      } finally {
        release();
      }
    }
    await holderEnds(
      address,
      (holder) => {
        if (!told) onWait(holder);
        told = true;
      },
      signal,
    );
  }
}

/** @returns how to let go, or undefined while another process holds the lock. */
function take(address: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const waiters = new Set<Socket>();
    const server = createServer((socket) => {
      waiters.add(socket);
      // A waiter that goes away is no concern of the holder's.
      socket.on("error", () => socket.destroy());
      socket.on("close", () => waiters.delete(socket));
      socket.write(`${process.pid}\n`);
      socket.unref();
    });
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve(() => {
        server.close();
        for (const waiter of waiters) waiter.destroy();
      });
    });
  });
}

/** Resolves when the holder's process ends or lets go; it may be taken by another at once. */
function holderEnds(address: string, onHolder: (holder: number) => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(address);
    const abort = () => socket.destroy(new Error("interrupted"));
    signal?.addEventListener("abort", abort, { once: true });
    socket.on("data", (data) => onHolder(Number.parseInt(data.toString(), 10)));
    // ECONNREFUSED and ECONNRESET: the holder let go in between.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      signal?.removeEventListener("abort", abort);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else resolve();
    });
  });
}
