using System.Net.Mail;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Accounts;

/// <summary>What can be an e-mail address.</summary>
internal static class EmailAddress
{
    /// <summary>Whether a text is one address and nothing else: no name, no list, no line break.</summary>
    public static bool IsOne(string text) =>
        text.Length is > 0 and <= OutgoingMail.AddressLength && !text.Any(char.IsControl) && MailAddress.TryCreate(text, out var address) && address.Address == text;
}
