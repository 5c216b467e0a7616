import { AnswerTimes } from './answer-times.js';

describe('the times a consumer took to answer', () => {
  test('are summed up by name', () => {
    const times = new AnswerTimes();
    for (let ms = 100; ms >= 1; ms--) times.note(ms);
    expect(Object.fromEntries(times.summary())).toMatchObject({
      Mean: 51,
      Median: 50,
      Fastest: 1,
      'Quintile 3': 60,
      '99.5%': 100,
      Highest: 100,
    });
  });

  test('are those of the last answers', () => {
    const times = new AnswerTimes();
    for (let n = 0; n < 1_500; n++) times.note(n < 500 ? 9_000 : 1);
    expect(Object.fromEntries(times.summary())).toMatchObject({ Mean: 1, Highest: 1 });
  });

  test('have no summary before the first', () => {
    expect(new AnswerTimes().summary()).toEqual([]);
  });
});
