import fc from 'fast-check';
import { frame, FrameReader } from './frames.js';
import { GrpcError } from './grpc-error.js';

describe('the frames of a call', () => {
  test('give the messages, wherever the connection cuts them', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), cuts, (messages, sizes) => {
        const wire = Buffer.concat(messages.map(frame));
        const reader = new FrameReader();
        const got: Buffer[] = [];
        for (let at = 0, cut = 0; at < wire.length; cut++) {
          const size = sizes[cut % Math.max(1, sizes.length)] ?? wire.length;
          got.push(...reader.push(wire.subarray(at, at + size)));
          at += size;
        }
        expect(got.map((message) => [...message])).toEqual(messages.map((message) => [...message]));
      }),
    );
  });

  test('that are compressed or too large are refused at once', () => {
    expect(() => new FrameReader().push(Buffer.from([1, 0, 0, 0, 1]))).toThrow(GrpcError);
    expect(() => new FrameReader().push(Buffer.from([0, 2, 0, 0, 0]))).toThrow(/larger than max/);
  });
});
