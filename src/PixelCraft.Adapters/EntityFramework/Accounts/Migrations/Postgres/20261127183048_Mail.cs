using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PixelCraft.Adapters.EntityFramework.Accounts.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Mail : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "accounts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    member_id = table.Column<Guid>(type: "uuid", nullable: true),
                    address = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "password_resets",
                schema: "accounts",
                columns: table => new
                {
                    token_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    member_id = table.Column<Guid>(type: "uuid", nullable: false),
                    mail_id = table.Column<Guid>(type: "uuid", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_password_resets", x => x.token_hash);
                    table.ForeignKey(
                        name: "FK_password_resets_members_member_id",
                        column: x => x.member_id,
                        principalSchema: "accounts",
                        principalTable: "members",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_due",
                schema: "accounts",
                table: "outbox",
                column: "due_at");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_member",
                schema: "accounts",
                table: "outbox",
                column: "member_id");

            migrationBuilder.CreateIndex(
                name: "ix_password_resets_expires",
                schema: "accounts",
                table: "password_resets",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_password_resets_member_id",
                schema: "accounts",
                table: "password_resets",
                column: "member_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "outbox",
                schema: "accounts");

            migrationBuilder.DropTable(
                name: "password_resets",
                schema: "accounts");
        }
    }
}
