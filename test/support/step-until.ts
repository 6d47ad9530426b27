import { never, type TestLab } from './harness.ts';

/** Lets single steps through a session that was started paused, until the step that waits has this title. */
export async function stepUntil(lab: TestLab, session: number, title: RegExp): Promise<void> {
  const waiting = () => lab.reader.of('state').filter((event) => event.session === session && event.next);
  for (let seen = 0; ; ) {
    await lab.reader.until(() => waiting().length > seen, `a pause before ${title}`);
    seen = waiting().length;
    if (title.test(waiting().at(-1)?.next?.en ?? '')) return;
    await lab.service.control({ session, action: 'step' }, never);
  }
}
