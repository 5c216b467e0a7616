import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CommandAnswer } from './answer.js';

/** Documents a command that creates something: 201. */
export const Creates = (summary: string) =>
  applyDecorators(ApiOperation({ summary }), ApiCreatedResponse({ type: CommandAnswer }));

/** Documents a command that changes something: 200. */
export const Changes = (summary: string, type: typeof CommandAnswer = CommandAnswer) =>
  applyDecorators(HttpCode(200), ApiOperation({ summary }), ApiOkResponse({ type }));
