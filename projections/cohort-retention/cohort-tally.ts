/** What is counted of one currency in the cells of a cohort, each array by k. */
interface MoneyTally {
  readonly amountMinor: number[];
  readonly services: number[];
  readonly clients: number[];
  /** the client and the cell that were counted last, so that a client counts once in a cell */
  client: number;
  k: number;
}

/** What one cohort comes to, while its clients are gone through one by one, the services of each in their order. */
export class CohortTally {
  clients = 0;
  servicesBefore = 0;
  /** windows are elapsed time: how many clients were observed for so many whole windows */
  readonly observed = new Map<number, number>();
  /** by k: clients in the cell, or, in modes of which a client is in cells from one on, how many come and go there */
  readonly cells: number[] = [];
  /** by the code of the currency */
  readonly money = new Map<number, MoneyTally>();

  add(k: number, clients: number): void {
    this.cells[k] = (this.cells[k] ?? 0) + clients;
  }

  addMoney(client: number, k: number, currency: number, amountMinor: number): void {
    let money = this.money.get(currency);
    if (!money) {
      money = { amountMinor: [], services: [], clients: [], client: -1, k: -1 };
      this.money.set(currency, money);
    }
    money.amountMinor[k] = (money.amountMinor[k] ?? 0) + amountMinor;
    money.services[k] = (money.services[k] ?? 0) + 1;
    if (money.client === client && money.k === k) return;
    money.client = client;
    money.k = k;
    money.clients[k] = (money.clients[k] ?? 0) + 1;
  }
}
