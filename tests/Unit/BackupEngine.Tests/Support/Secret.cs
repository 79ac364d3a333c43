using System.Security;

namespace CloudBackup.Tests.Support;

/// <summary>Passwords for tests.</summary>
internal static class Secret
{
    public static SecureString Of(string text)
    {
        var secure = new SecureString();
        foreach (var character in text)
        {
            secure.AppendChar(character);
        }
        return secure;
    }

    public static SiteSecrets Password(string text) => new() { Password = Of(text) };
}
