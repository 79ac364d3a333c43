namespace CloudBackup;

/// <summary>Keeps secrets out of addresses, which are shown, exported and logged (I7).</summary>
internal static class EndpointText
{
    /// <summary>What is in a secret's place.</summary>
    public const string Hidden = "***";

    /// <summary>The address with everything hidden that can be a name, a secret or a signature; unchanged when it has nothing of the kind.</summary>
    public static string? WithoutSecrets(string? address)
    {
        if (address is null)
        {
            return null;
        }
        var start = address.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0;
        // The last sign counts, and an escaped one too: a secret may have any character in it, slashes and question marks as well.
        var user = Math.Max(address.LastIndexOf('@') + 1, address.LastIndexOf("%40", StringComparison.Ordinal) is >= 0 and var escaped ? escaped + 3 : 0);
        if (user > start)
        {
            address = $"{address[..start]}{Hidden}@{address[user..]}";
        }
        var query = address.AsSpan(start).IndexOfAny('?', '#');
        return query < 0 ? address : $"{address[..(start + query + 1)]}{Hidden}";
    }
}
