import { contract, type Method, type Received, type Response, type Service } from '../../protocol/service.ts';

/**
 * An engine with a method for each of the contract's, those that sessions answer too: so tests read like the contract.
 */
export type EveryMethod = Pick<Service, 'acknowledge' | 'dispose'> & {
  [M in Method]: (request: Received<M>, signal: AbortSignal) => Promise<Response<M>>;
};

type Ask = (method: string, request: unknown, signal: AbortSignal) => Promise<never>;

/** The methods of an engine by name. */
export function everyMethod(service: Service): EveryMethod {
  const inSession = service.inSession as Ask;
  const others = Object.keys(contract).filter((method) => !Object.hasOwn(service, method));
  const methods = others.map((method) => [
    method,
    (request: unknown, signal: AbortSignal) => inSession(method, request, signal),
  ]);
  return { ...service, ...Object.fromEntries(methods) };
}

/** The reverse: an engine that has all methods by name. */
export function serviceOf(every: EveryMethod): Service {
  const methods = every as unknown as Record<string, (request: unknown, signal: AbortSignal) => Promise<never>>;
  return {
    ...every,
    inSession: (method, request, signal) => methods[method]?.(request, signal) ?? Promise.reject(new Error(method)),
  };
}
