import type { Server } from 'node:http';
import { type ProblemError, problem } from '../protocol/problem.ts';
import { loopback } from './addresses.ts';

/**
 * Listens on the loopback address; the answer is the port.
 *
 * @param port 0 takes any free one
 * @throws ProblemError `bad-input` when the port can't be had
 */
export function listen(server: Server, port: number): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw problem(
      'bad-input',
      `${port} is not a port: give a number from 0 (any free port) to 65535.`,
      `${port} 不是有效端口：请给出 0（任意空闲端口）到 65535 之间的数字。`,
    );
  }
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portProblem(port, error)));
    server.listen({ host: loopback, port }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('An HTTP server listens on a port.'));
      else resolve(address.port);
    });
  });
}

function portProblem(port: number, error: NodeJS.ErrnoException): ProblemError {
  const reasons: Record<string, readonly [en: string, zh: string]> = {
    EADDRINUSE: [
      `Port ${port} is in use by another program: give another one with --port, or 0 for any free port.`,
      `端口 ${port} 已被其他程序占用：请用 --port 指定其他端口，或用 0 选择任意空闲端口。`,
    ],
    EACCES: [
      `Port ${port} may not be used without privileges: give one from 1024 with --port, or 0 for any free port.`,
      `没有特权不能使用端口 ${port}：请用 --port 指定 1024 以上的端口，或用 0 选择任意空闲端口。`,
    ],
  };
  const [en, zh] = reasons[error.code ?? ''] ?? [
    `Port ${port} of ${loopback} cannot be listened on (${error.code ?? error.message}): give another one with --port.`,
    `无法监听 ${loopback} 的端口 ${port}（${error.code ?? error.message}）：请用 --port 指定其他端口。`,
  ];
  return problem('bad-input', en, zh, { cause: error });
}
