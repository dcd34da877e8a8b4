/** What this browser keeps to itself: its private keys (which no script can read out), what it witnessed, the server keys it has seen. */

const NAME = "minuta-keys";
const STORES = ["keys", "witnessed", "server-keys"] as const;
export type StoreName = (typeof STORES)[number];

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const name of STORES) asked.result.createObjectStore(name);
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("no storage"));
  });
}

async function within<T>(store: StoreName, mode: IDBTransactionMode, work: (of: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error ?? new Error("not stored"));
      transaction.onabort = () => reject(transaction.error ?? new Error("not stored"));
    });
  } finally {
    database.close();
  }
}

/** Null when there is none, or this browser keeps nothing (some private windows). */
export async function kept(store: StoreName, key: string): Promise<unknown> {
  return (await within(store, "readonly", (of) => of.get(key) as IDBRequest<unknown>).catch(() => null)) ?? null;
}

/** Whether it was kept. */
export async function keep(store: StoreName, key: string, value: unknown): Promise<boolean> {
  return within(store, "readwrite", (of) => of.put(value, key)).then(
    () => true,
    () => false,
  );
}

/** Keeps what nobody else kept meanwhile; answers what is kept now, `value` itself when nothing can be. */
export async function keepFirst<T>(store: StoreName, key: string, value: T): Promise<T> {
  try {
    await within(store, "readwrite", (of) => of.add(value, key));
    return value;
  } catch {
    return ((await kept(store, key)) as T | null) ?? value;
  }
}
