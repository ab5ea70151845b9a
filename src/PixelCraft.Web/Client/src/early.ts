// A script of its own, small, and run before anything is shown where a browser knows blocking="render": who presses a key at
// once, before the module with all the rest has come, shall not press it again. The module takes what was kept (keys.ts).

declare global {
  interface Window {
    /** Ends the keeping; the presses until now. Missing where this script could not be loaded. */
    earlyKeys?: () => KeyboardEvent[];
  }
}

// A block, since what a plain script declares outside is everybody's.
{
  const presses: KeyboardEvent[] = [];
  const keep = (event: KeyboardEvent) => { presses.push(event); };
  addEventListener("keydown", keep);
  window.earlyKeys = () => {
    removeEventListener("keydown", keep);
    return presses;
  };
}

export {};
