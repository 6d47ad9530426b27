/**
 * The one owner of animation frames. Whatever draws asks for the next frame here, so that ten frames of page states
 * between two refreshes of the screen cost one drawing; what has come in is handed on just before that, so that texts
 * and canvases that tell of the same step are drawn together.
 *
 * A hidden tab gets no animation frames, but the engine waits for acknowledgements: after `hiddenMs` a timer does the
 * work instead.
 */
const hiddenMs = 250;

type Task = () => void;

export class RafScheduler {
  readonly #first = new Set<Task>();
  readonly #tasks = new Set<Task>();
  readonly #afterwards = new Set<Task>();
  #raf = 0;
  /** The frame has begun, and its drawing is still to come. */
  #begun = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Runs `task` at the beginning of the next frame: what it asks to draw is still drawn in that one. */
  before(task: Task): void {
    this.#first.add(task);
    this.#arm();
  }

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
    for (const set of [this.#first, this.#tasks, this.#afterwards]) set.delete(task);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#begun) return;
    this.#raf = requestAnimationFrame(this.#run);
    this.#timer = setTimeout(this.#run, hiddenMs);
  }

  #run = (): void => {
    cancelAnimationFrame(this.#raf);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#first.size === 0) {
      this.#draw();
      return;
    }
    this.#begun = true;
    try {
      doAll(this.#first);
    } finally {
      // After the microtask in which React draws what has changed, and asks for its canvases.
      queueMicrotask(this.#draw);
    }
  };

  #draw = (): void => {
    this.#begun = false;
    doAll(this.#tasks);
    doAll(this.#afterwards);
    if (this.#first.size > 0) this.#arm();
  };
}

/** What a task asks for waits for the next time. */
function doAll(tasks: Set<Task>): void {
  const all = [...tasks];
  tasks.clear();
  for (const task of all) task();
}
