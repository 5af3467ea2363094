//! Tables and indexes from change logs, mappings and migrations that stand in places of their own.

#![expect(clippy::panic, reason = "helpers of tests panic like tests")]

use perflint_tests::command::{perflint, run};
use perflint_tests::tree::Tree;
use serde_json::Value;

/// The tables of some files: `orders(id,name) (name) unique(a,b)`.
fn tables(files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree::of(files);
    let run = run(perflint().args(["schema", "--format", "json", "--no-config"]).arg(tree.path()));
    let found: Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.out(), run.err()));
    let names = |list: &Value| {
        let names = list.as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
        names.collect::<Vec<_>>().join(",")
    };
    let tables = found["tables"].as_object().unwrap_or_else(|| panic!("no tables: {found}"));
    tables
        .values()
        .map(|table| {
            let mut text =
                format!("{}({})", table["name"].as_str().unwrap_or_default(), names(&table["columns"]));
            for index in table["indexes"].as_array().into_iter().flatten() {
                let word = if index["unique"] == true { " unique" } else { " " };
                text.push_str(&format!("{word}({})", names(&index["columns"])));
            }
            text
        })
        .collect()
}

const XML: &str = r#"<?xml version="1.0"?>
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">
  <changeSet id="1" author="x">
    <createTable tableName="orders">
      <column name="id" type="bigint"><constraints primaryKey="true"/></column>
      <column name="note" type="text"/>
    </createTable>
    <createIndex tableName="orders" indexName="by_note"><column name="note"/></createIndex>
  </changeSet>
  <changeSet id="2" author="x" dbms="h2"><dropTable tableName="orders"/></changeSet>
</databaseChangeLog>
"#;

#[test]
fn change_logs_in_the_order_of_their_inclusion() {
    let found = tables(&[
        (
            "src/main/resources/db/changelog/master.yaml",
            "databaseChangeLog:\n- include: {file: db/changelog/zero.xml}\n- include: {file: alter.yaml, relativeToChangelogFile: true}\n\
             - include: {file: db/changelog/more.sql}\n",
        ),
        ("src/main/resources/db/changelog/zero.xml", XML),
        (
            "src/main/resources/db/changelog/alter.yaml",
            "databaseChangeLog:\n- changeSet:\n    id: 3\n    changes:\n    - addColumn:\n        tableName: orders\n        columns:\n\
             \x20       - column: {name: shop_id, type: bigint, constraints: {nullable: false}}\n\
             \x20   - addUniqueConstraint: {tableName: orders, columnNames: 'shop_id, note'}\n    - dropIndex: {indexName: by_note, tableName: orders}\n",
        ),
        (
            "src/main/resources/db/changelog/more.sql",
            "--liquibase formatted sql\n--changeset x:4\nCREATE INDEX by_shop ON orders (shop_id);\n--rollback DROP INDEX by_shop;\n",
        ),
    ]);
    assert_eq!(found, ["orders(id,note,shop_id) unique(shop_id,note) (shop_id)"]);
}

#[test]
fn mappings_of_doctrine() {
    let found = tables(&[
        (
            "src/Entity/Order.php",
            "<?php\nnamespace App\\Entity;\n\nuse Doctrine\\ORM\\Mapping as ORM;\n\n#[ORM\\Entity]\n#[ORM\\Table(name: '`order`')]\n\
             #[ORM\\Index(columns: ['state', 'placed_at'])]\nclass Order\n{\n    #[ORM\\Id]\n    #[ORM\\Column]\n    private ?int $id = null;\n\
             \n    #[ORM\\Column(length: 20, unique: true)]\n    private string $token;\n\n    #[ORM\\Column]\n    private string $state;\n\
             \n    #[ORM\\Column(name: 'placed_at')]\n    private \\DateTime $placed;\n\n    #[ORM\\ManyToOne(targetEntity: Customer::class)]\n    private ?Customer $customer = null;\n\
             \n    #[ORM\\ManyToMany(targetEntity: Tag::class)]\n    #[ORM\\JoinTable(name: 'order_tags')]\n    private $tags;\n}\n",
        ),
        (
            "src/Entity/Customer.php",
            "<?php\nnamespace App\\Entity;\n\nuse Doctrine\\ORM\\Mapping as ORM;\n\n/**\n * @ORM\\Entity\n * @ORM\\Table(name=\"customers\")\n */\nclass Customer\n{\n\
             \x20   /**\n     * @ORM\\Id\n     * @ORM\\Column(type=\"integer\")\n     */\n    private $id;\n}\n",
        ),
        (
            "src/Entity/Tag.php",
            "<?php\nnamespace App\\Entity;\n\nuse Doctrine\\ORM\\Mapping as ORM;\n\n#[ORM\\Entity]\nclass Tag\n{\n    #[ORM\\Id]\n    #[ORM\\Column]\n    private ?int $id = null;\n}\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "customers(id)",
            "order(id,token,state,placed_at,customer_id) unique(token) (customer_id) (state,placed_at)",
            "order_tags(order_id,tag_id) (order_id) (tag_id)",
            "tag(id)",
        ]
    );
}

#[test]
fn migrations_of_doctrine() {
    let found = tables(&[(
        "migrations/Version20200101000000.php",
        "<?php\nnamespace DoctrineMigrations;\n\nuse Doctrine\\DBAL\\Schema\\Schema;\nuse Doctrine\\Migrations\\AbstractMigration;\n\n\
         final class Version20200101000000 extends AbstractMigration\n{\n    public function up(Schema $schema): void\n    {\n\
         \x20       $this->addSql('CREATE TABLE shops (id INT NOT NULL, name VARCHAR(60) NOT NULL, INDEX by_name (name), PRIMARY KEY(id))');\n\
         \x20       $orders = $schema->createTable('orders');\n        $orders->addColumn('id', 'integer');\n        $orders->addColumn('shop_id', 'integer', ['notnull' => false]);\n\
         \x20       $orders->setPrimaryKey(['id']);\n        $orders->addIndex(['shop_id'], 'by_shop');\n    }\n\n\
         \x20   public function down(Schema $schema): void\n    {\n        $schema->dropTable('orders');\n    }\n}\n",
    )]);
    assert_eq!(found, ["orders(id,shop_id) (shop_id)", "shops(id,name) (name)"]);
}

#[test]
fn keys_of_laravel_that_are_named_after_classes() {
    let found = tables(&[(
        "database/migrations/2020_01_01_000000_a.php",
        "<?php\nuse App\\Models\\SalesOrder;\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\nuse Illuminate\\Support\\Facades\\Schema;\n\n\
         return new class extends Migration {\n    public function up(): void {\n        Schema::create('items', function (Blueprint $table) {\n            $table->id();\n            $table->foreignIdFor(SalesOrder::class)->constrained();\n\
         \x20           $table->foreignIdFor(SalesOrder::class, 'origin_id');\n        });\n    }\n};\n",
    )]);
    assert_eq!(found, ["items(id,sales_order_id,origin_id)"]);
}

#[test]
fn revisions_of_alembic_stand_wherever_its_settings_say() {
    let found = tables(&[
        (
            "shop/db/versions/b_add.py",
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = \"1\"\ndown_revision = \"0\"\n\n\ndef upgrade():\n    op.create_index(\"ix\", \"orders\", [\"note\"])\n\n\n\
             def downgrade():\n    op.drop_index(\"ix\")\n",
        ),
        (
            "shop/db/versions/c_first.py",
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = \"0\"\ndown_revision = None\n\n\ndef upgrade():\n    op.create_table(\"orders\", sa.Column(\"id\", sa.Integer(), primary_key=True), sa.Column(\"note\", sa.Text()))\n\n\n\
             def downgrade():\n    op.drop_table(\"orders\")\n",
        ),
    ]);
    assert_eq!(found, ["orders(id,note) (note)"]);
}

#[test]
fn what_flyway_repeats_comes_last_and_what_it_undoes_is_no_step() {
    let found = tables(&[
        ("db/migration/R__index.sql", "CREATE INDEX by_note ON orders (note);"),
        ("db/migration/V1__a.sql", "CREATE TABLE orders (id int PRIMARY KEY, note text);"),
        ("db/migration/U1__a.sql", "DROP TABLE orders;"),
    ]);
    assert_eq!(found, ["orders(id,note) (note)"]);
}

#[test]
fn the_base_of_all_models_is_no_table() {
    let found = tables(&[
        (
            "shop/base.py",
            "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    \"\"\"What all have in common.\"\"\"\n",
        ),
        (
            "shop/models.py",
            "from sqlalchemy.orm import Mapped, mapped_column\n\nfrom shop.base import Base\n\n\nclass Order(Base):\n    __tablename__ = \"orders\"\n\n    id: Mapped[int] = mapped_column(primary_key=True)\n",
        ),
    ]);
    assert_eq!(found, ["orders(id)"]);
}

/// The indexes to drop, by name or columns.
fn dropped(files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree::of(files);
    let run =
        run(perflint().args(["schema", "--indexes", "--format", "json", "--no-config"]).arg(tree.path()));
    let found: Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.out(), run.err()));
    let drops = found.as_array().into_iter().flatten().filter(|one| one["action"] == "drop");
    drops.map(|one| one["index"]["name"].as_str().unwrap_or("?").to_owned()).collect()
}

#[test]
fn indexes_of_other_kinds_and_under_other_conditions_are_not_redundant() {
    let models = "from django.contrib.postgres.indexes import GinIndex\nfrom django.db import models\nfrom django.db.models import Q\n\n\nclass Note(models.Model):\n    title = models.CharField(max_length=99, db_index=True)\n    state = models.CharField(max_length=9)\n    at = models.DateTimeField()\n\n    class Meta:\n        indexes = [\n            GinIndex(fields=[\"title\"], opclasses=[\"gin_trgm_ops\"], name=\"trigrams\"),\n            models.Index(fields=[\"state\"], name=\"open\", condition=Q(state=\"open\")),\n            models.Index(fields=[\"state\", \"at\"], name=\"closed\", condition=Q(state=\"closed\")),\n            models.Index(fields=[\"at\"], name=\"%(app_label)s_%(class)s_at\"),\n            models.Index(fields=[\"at\", \"state\"], name=\"longer\"),\n        ]\n";
    assert_eq!(dropped(&[("shop/models.py", models)]), ["shop_note_at"]);
}

#[test]
fn the_index_that_a_primary_key_is_stays() {
    let dump = "CREATE TABLE public.notes (id bigint NOT NULL, note text);\nALTER TABLE ONLY public.notes ADD CONSTRAINT notes_pkey PRIMARY KEY (id);\nCREATE UNIQUE INDEX notes_pkey ON public.notes USING btree (id);\nCREATE INDEX by_note ON public.notes USING btree (note);\n";
    assert_eq!(dropped(&[("db/structure.sql", dump)]), Vec::<String>::new());
}

#[test]
fn schemas_that_stand_nowhere_usual_are_samples() {
    let head = "datasource db {\n  provider = \"postgresql\"\n  url = env(\"URL\")\n}\n";
    let own = format!("{head}model Order {{\n  id Int @id\n}}\n");
    let sample = format!("{head}model Booking {{\n  id Int @id\n}}\n");
    let both = tables(&[("prisma/schema.prisma", &own), ("src/samples/booking.prisma", &sample)]);
    assert_eq!(both, ["Order(id)"]);
    assert_eq!(tables(&[("db/booking.prisma", &sample)]), ["Booking(id)"]);
}

#[test]
fn mappings_beside_the_classes() {
    let class = "<?php\nnamespace App;\nclass Order { private $id; private $code; private $buyer; }\n";
    let xml = r#"<doctrine-mapping><entity name="App\Order" table="orders">
        <indexes><index columns="code,buyer_id"/></indexes>
        <id name="id" type="integer"/><field name="code" type="string" unique="true"/>
        <many-to-one field="buyer" target-entity="Buyer"><join-column name="buyer_id"/></many-to-one>
        </entity></doctrine-mapping>"#;
    let yaml = "App\\Order:\n  type: entity\n  table: orders\n  indexes: {by_code: {columns: [code, buyer_id]}}\n  \
        id: {id: {type: integer}}\n  fields: {code: {type: string, unique: true}}\n  manyToOne:\n    buyer:\n      \
        targetEntity: Buyer\n      joinColumns: {buyer_id: {referencedColumnName: id}}\n";
    let buyer = "App\\Buyer: {type: mappedSuperclass, id: {id: {type: integer}}}\n";
    for (name, mapping) in [("Order.orm.xml", xml), ("Order.orm.yml", yaml)] {
        let found = tables(&[
            ("src/Order.php", class),
            ("src/Buyer.php", "<?php\nnamespace App;\nclass Buyer { private $id; }\n"),
            (name, mapping),
            ("Buyer.orm.yml", buyer),
        ]);
        assert_eq!(found, ["orders(id,code,buyer_id) unique(code) (buyer_id) (code,buyer_id)"], "{name}");
    }
}
