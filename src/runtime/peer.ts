/** A peer that the test plays: connects to a listening socket of a driver, sends and receives. No part of the Windows Driver Kit. */
import { connect } from './network.js';
import type { End } from './endpoints.js';

export class TestPeer {
  #other: End | undefined;
  #state: 'connecting' | 'connected' | 'refused' | 'disconnected' = 'connecting';
  readonly #received: Uint8Array[] = [];

  constructor(address: unknown) {
    const end: End = {
      deliver: (data) => void this.#received.push(data),
      disconnected: () => {
        this.#other = undefined;
        this.#state = 'disconnected';
      },
    };
    connect(address, end, { peer: 'test' }, (other) => {
      this.#other = other;
      this.#state = other === undefined ? 'refused' : 'connected';
    });
  }

  get state(): 'connecting' | 'connected' | 'refused' | 'disconnected' {
    return this.#state;
  }

  /** What has arrived so far, as text. */
  get received(): string {
    const decoder = new TextDecoder();
    return this.#received.map((data) => decoder.decode(data, { stream: true })).join('');
  }

  /** Sends; throws when the peer is not connected. It arrives when queued work runs. */
  send(data: string | Uint8Array): void {
    if (this.#other === undefined) throw new Error(`the peer is ${this.#state}`);
    this.#other.deliver(typeof data === 'string' ? new TextEncoder().encode(data) : data);
  }

  /** Closes the connection; does nothing when there is none. */
  disconnect(): void {
    this.#other?.disconnected();
    this.#other = undefined;
    this.#state = 'disconnected';
  }
}
