/** Resources that end together, the newest first. (DisposableStack does the same; Node has it from version 24 on.) */
export class OwnedResources implements Disposable {
  readonly #resources: Disposable[] = [];

  use(resource: Disposable): void {
    this.#resources.push(resource);
  }

  [Symbol.dispose](): void {
    for (const resource of this.#resources.splice(0).reverse()) resource[Symbol.dispose]();
  }
}
