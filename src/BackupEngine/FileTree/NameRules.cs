namespace CloudBackup.FileTree;

/// <summary>What names a file system takes.</summary>
internal sealed record NameRules
{
    /// <summary>The characters, besides control characters, that file systems from the world of Windows refuse.</summary>
    private const string WindowsCharacters = "\"*:<>?\\|";

    /// <summary>The longest name in bytes.</summary>
    public int LongestName { get; init; } = 255;

    /// <summary>False where a name must be valid Unicode.</summary>
    public bool TakesAnyBytes { get; init; } = true;

    /// <summary>Characters that no name may have; where there are such, no name may end in a dot or a space either.</summary>
    public string ForbiddenCharacters { get; init; } = "";

    /// <summary>Whether names that differ only in the case of letters are the same.</summary>
    public bool IsCaseInsensitive { get; init; }

    /// <summary>False where only trying tells: a file system in user space may be any.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>Names as on POSIX systems.</summary>
    public static NameRules Posix { get; } = new();

    /// <summary>Names as on Windows.</summary>
    public static NameRules Windows { get; } = new()
    {
        TakesAnyBytes = false,
        IsCaseInsensitive = true,
        ForbiddenCharacters = WindowsCharacters + string.Concat(Enumerable.Range(1, 31).Select(code => (char)code)),
    };

    /// <summary>Names on a share of a Windows server: the client takes the forbidden characters and stores others for them.</summary>
    public static NameRules WindowsShare { get; } = Windows with { ForbiddenCharacters = "" };
}
