/**
 * The one owner of animation frames. Whatever draws asks for the next frame here, so that ten frames of page states
 * between two refreshes of the screen cost one drawing.
 *
 * A hidden tab gets no animation frames, but the engine waits for acknowledgements: after `hiddenMs` a timer does the
 * work instead.
 */
const hiddenMs = 250;

type Task = () => void;

export class RafScheduler {
  readonly #tasks = new Set<Task>();
  readonly #afterwards = new Set<Task>();
  #raf = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Runs `task` once in the next frame, however often it is asked for before. */
  request(task: Task): void {
    this.#tasks.add(task);
    this.#arm();
  }

  /** Runs `task` once after everything that the next frame draws. */
  afterwards(task: Task): void {
    this.#afterwards.add(task);
    this.#arm();
  }

  forget(task: Task): void {
    this.#tasks.delete(task);
    this.#afterwards.delete(task);
  }

  #arm(): void {
    if (this.#timer !== undefined) return;
    this.#raf = requestAnimationFrame(this.#run);
    this.#timer = setTimeout(this.#run, hiddenMs);
  }

  #run = (): void => {
    cancelAnimationFrame(this.#raf);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const set of [this.#tasks, this.#afterwards]) {
      const tasks = [...set];
      set.clear();
      for (const task of tasks) task();
    }
  };
}
