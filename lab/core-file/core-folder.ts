/** A private folder (0700) on a disk, for one core file. Deleted with all that is in it when disposed of. */
export class CoreFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Also sweeps what killed processes of this user left. Throws `cannot-run-here` where no folder can be made. */
  static async make(): Promise<CoreFolder> {
    throw new Error('not there yet');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
