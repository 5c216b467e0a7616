import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ApiModule } from './api.module.js';
import { boot, closeOnSignal } from './boot.js';
import { createHttpApp } from './http/configure-app.js';

const booted = await boot({ attach: false });
const { config, runtime } = booted;
const app = await createHttpApp(ApiModule.forRoot(booted), config);
closeOnSignal(async () => {
  await app.close();
  await runtime.close();
});
await app.listen(config.port, config.host);
new Logger('Tenure').log(`The API listens on ${await app.getUrl()}, its documentation is at /docs`);
