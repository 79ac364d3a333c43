namespace CloudBackup.Infrastructure;

/// <summary>Which CloudBackup this is.</summary>
internal static class ProductVersion
{
    /// <summary>The version: major, minor and patch.</summary>
    public static string Number { get; } = typeof(ProductVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Name and version, as stored with what it makes.</summary>
    public static string Generator { get; } = $"CloudBackup {Number}";
}
