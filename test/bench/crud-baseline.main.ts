import 'reflect-metadata';
import { Body, Controller, Module, Param, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { InjectDataSource, TypeOrmModule } from '@nestjs/typeorm';
import { IsInt, IsISO8601, IsISO4217CurrencyCode, IsString, Length, Min } from 'class-validator';
import { Column, DataSource, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/**
 * What the same commands are in a CRUD application as they are commonly written: an entity a table, changed in a
 * transaction, with a row in an audit table for each change.
 *
 *     node crud-baseline.main.js DATABASE_URL
 */
@Entity('client')
class Client {
  @PrimaryColumn('uuid') id!: string;
  @Column('text', { nullable: true }) name!: string | null;
  @Column('timestamptz') convertedAt!: Date;
  @Column('timestamptz', { nullable: true }) lastServicedAt!: Date | null;
  @Column('integer', { default: 0 }) services!: number;
}

@Entity('service')
class Service {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column('uuid') clientId!: string;
  @Column('timestamptz') occurredAt!: Date;
  @Column('text') serviceType!: string;
  @Column('integer') amountMinor!: number;
  @Column('text') currency!: string;
}

@Entity('audit')
class Audit {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' }) id!: string;
  @Column('text') entity!: string;
  @Column('uuid') entityId!: string;
  @Column('text') action!: string;
  @Column('jsonb') change!: object;
  @Column('timestamptz', { default: () => 'now()' }) at!: Date;
}

class ConvertBody {
  @IsString() @Length(36, 36) clientId!: string;
  @IsString() @Length(1, 200) name!: string;
  @IsISO8601() occurredAt!: string;
}

class ServiceBody {
  @IsISO8601() occurredAt!: string;
  @IsString() @Length(1, 120) serviceType!: string;
  @IsInt() @Min(0) amountMinor!: number;
  @IsISO4217CurrencyCode() currency!: string;
}

@Controller('clients')
class ClientsController {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  @Post()
  async convert(@Body() { clientId: id, name, occurredAt }: ConvertBody) {
    await this.database.transaction(async (manager) => {
      const client = { id, name, convertedAt: new Date(occurredAt), lastServicedAt: null, services: 0 };
      await manager.save(Client, client);
      await manager.save(Audit, { entity: 'client', entityId: id, action: 'converted', change: client });
    });
    return { id };
  }

  @Post(':id/services')
  async serve(@Param('id') clientId: string, @Body() body: ServiceBody) {
    return this.database.transaction(async (manager) => {
      const client = await manager.findOneByOrFail(Client, { id: clientId });
      const occurredAt = new Date(body.occurredAt);
      const service = await manager.save(Service, { ...body, clientId, occurredAt });
      client.services++;
      client.lastServicedAt = occurredAt;
      await manager.save(Client, client);
      await manager.save(Audit, {
        entity: 'service',
        entityId: service.id,
        action: 'recorded',
        change: body,
      });
      return { id: service.id };
    });
  }
}

const entities = [Client, Service, Audit];
const url = process.argv[2];

@Module({
  imports: [TypeOrmModule.forRoot({ type: 'postgres', url, entities, synchronize: true, poolSize: 20 })],
  controllers: [ClientsController],
})
class CrudModule {}

const app = await NestFactory.create<NestFastifyApplication>(CrudModule, new FastifyAdapter(), {
  logger: false,
});
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
await app.listen(0, '127.0.0.1');
process.stdout.write(`listens on ${await app.getUrl()}\n`);
