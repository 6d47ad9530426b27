import type { Text } from '../protocol/text.ts';

/**
 * Why a request is refused, in one sentence. Each is shown in both languages: the host does not know whom it refuses.
 */
export interface Refusal {
  readonly status: 403 | 404 | 405 | 503;
  readonly text: Text;
}

const restart = {
  en: 'Open the whole link that pagescope printed, or start it again for a new one.',
  zh: '请打开 pagescope 打印的完整链接，或重新启动以获取新链接。',
};

/** Every refusal by what was wrong with the request. */
export const refusals = {
  noToken: {
    status: 403,
    text: { en: `This address needs a token. ${restart.en}`, zh: `访问此地址需要令牌。${restart.zh}` },
  },
  wrongToken: {
    status: 403,
    text: {
      en: `The token in this address is not the one of this run. ${restart.en}`,
      zh: `此地址中的令牌不属于本次运行。${restart.zh}`,
    },
  },
  usedToken: {
    status: 403,
    text: {
      en: 'This link was already opened and works once: go on in the browser that opened it, or start pagescope again for a new link.',
      zh: '此链接只能使用一次且已被打开：请在最初打开它的浏览器中继续，或重新启动 pagescope 以获取新链接。',
    },
  },
  prefetch: {
    status: 403,
    text: { en: 'This link works once and is not loaded ahead.', zh: '此链接只能使用一次，不支持预加载。' },
  },
  foreign: {
    status: 403,
    text: {
      en: 'This request comes from another site or under another name: use the link that pagescope printed.',
      zh: '此请求来自其他网站或使用了其他主机名：请使用 pagescope 打印的链接。',
    },
  },
  tooMany: {
    status: 503,
    text: {
      en: 'Too many windows are open on this run: close one, or start pagescope again.',
      zh: '本次运行打开的窗口过多：请关闭一个，或重新启动 pagescope。',
    },
  },
  notFound: { status: 404, text: { en: 'There is nothing at this address.', zh: '此地址没有内容。' } },
  method: { status: 405, text: { en: 'Only GET and HEAD are answered here.', zh: '此处仅支持 GET 和 HEAD。' } },
} satisfies Record<string, Refusal>;

/** The sentence as the body of an answer, a line for each language. */
export const refusalBody = ({ text }: Refusal): string => `${text.en}\n${text.zh}\n`;
