/** The condition keys of one check: present, known to be absent, or unknown (R12). */

export type KeyState =
  | { readonly state: "present"; readonly values: readonly string[] }
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly why: string };

/** The state of each key; names are compared without regard to case. */
export type Context = (key: string) => KeyState;

export const absent: KeyState = { state: "absent" };

export function present(...values: readonly string[]): KeyState {
  // a key without a value counts as absent
  return values.length === 0 ? absent : { state: "present", values };
}

/** A context that looks in each table in turn, then asks `otherwise`. */
export function contextOf(tables: readonly ReadonlyMap<string, KeyState>[], otherwise: Context): Context {
  return (key) => {
    const name = key.toLowerCase();
    for (const table of tables) {
      const state = table.get(name);
      if (state !== undefined) return state;
    }
    return otherwise(key);
  };
}

/** A table with the names in lower case. */
export function keyTable(entries: Iterable<readonly [key: string, state: KeyState]>): ReadonlyMap<string, KeyState> {
  return new Map([...entries].map(([key, state]) => [key.toLowerCase(), state]));
}
