import { HttpTransportType, HubConnection, HubConnectionBuilder, HubConnectionState, LogLevel } from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";

const firstPause = 500;
const longestPause = 15_000;

/** Who uses the connection. What is asked for is asked again after each return. */
export type User = {
  /** There is a connection, again or for the first time. When it fails, there will be another. */
  connected(): Promise<void>;
  /** There is none any more. */
  lost(): void;
};

/** The connection of the page with the live server: comes back by itself until it is closed. */
export class Link {
  readonly connection: HubConnection;
  private readonly users: User[] = [];
  private isOpen = false;
  private isRunning = false;

  constructor() {
    this.connection = new HubConnectionBuilder()
      .withUrl("/live", { skipNegotiation: true, transport: HttpTransportType.WebSockets })
      .withHubProtocol(new MessagePackHubProtocol())
      .configureLogging(LogLevel.None)
      .build();
    this.connection.keepAliveIntervalInMilliseconds = 10_000;
    this.connection.serverTimeoutInMilliseconds = 25_000;
    this.connection.onclose(() => {
      for (const user of this.users) user.lost();
      void this.run(true);
    });
    // Kept for the way back, the page would be connected though nobody looks at it.
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", event => { if (event.persisted) this.open(); });
  }

  use(user: User): void {
    this.users.push(user);
    if (this.connection.state === HubConnectionState.Connected) user.connected().catch(() => this.connection.stop());
  }

  open(): void {
    this.isOpen = true;
    void this.run();
  }

  close(): void {
    this.isOpen = false;
    void this.connection.stop();
  }

  /** Until it has worked, with pauses that grow and have chance in them: a thousand pages must not come back at one moment. */
  private async run(isBack = false): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    if (isBack && this.isOpen) await online(firstPause * (0.5 + Math.random()));
    for (let pause = firstPause; this.isOpen && this.connection.state !== HubConnectionState.Connected; pause = Math.min(pause * 2, longestPause)) {
      try {
        await this.connection.start();
        await Promise.all(this.users.map(user => user.connected()));
      } catch {
        await this.connection.stop();
        await online(pause * (0.5 + Math.random()));
      }
    }
    this.isRunning = false;
  }
}

/** A while; shorter when the browser says that it is online again. */
const online = (milliseconds: number): Promise<void> => new Promise(resolve => {
  const timer = setTimeout(done, milliseconds);
  addEventListener("online", done);
  function done(): void {
    clearTimeout(timer);
    removeEventListener("online", done);
    resolve();
  }
});
