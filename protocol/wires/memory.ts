import { BaseWire, type Wire, type WireMessage } from '../wire.ts';

class MemoryWire extends BaseWire {
  other: MemoryWire | undefined;

  protected override transmit(message: WireMessage): void {
    const copy = typeof message === 'string' ? message : message.slice();
    queueMicrotask(() => this.other?.received(copy));
  }

  protected override shut(): void {
    queueMicrotask(() => this.other?.closed('closed by the other side'));
  }
}

/**
 * Two ends of a wire within one process: for the command line, where engine and reader are neighbours, and for tests.
 */
export function memoryWires(): [Wire, Wire] {
  const [one, other] = [new MemoryWire(), new MemoryWire()];
  one.other = other;
  other.other = one;
  return [one, other];
}
