/** A decorator of a handler's parameter that also documents it, which Swagger's decorators do on the method. */
export const onParameter =
  (parameter: ParameterDecorator, ...documentation: MethodDecorator[]): ParameterDecorator =>
  (target, key, index) => {
    parameter(target, key, index);
    const method = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || method === undefined) return;
    for (const document of documentation) document(target, key, method);
  };
