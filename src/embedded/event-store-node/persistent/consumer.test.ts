import { userNamed } from './consumer.js';

describe('the user a consumer came as', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  test('is the one its credentials name, though a password may have a colon', () => {
    expect(userNamed(basic('admin:change:it'))).toBe('admin');
  });

  test('is nobody without credentials, or with such as cannot be read', () => {
    expect([undefined, 'Bearer abc', basic(':secret')].map((header) => userNamed(header))).toEqual([
      'anonymous',
      'anonymous',
      'anonymous',
    ]);
  });
});
