namespace CloudBackup.Infrastructure;

/// <summary>Which CloudBackup this is.</summary>
internal static class ProductVersion
{
    /// <summary>Name and version, as stored with what it makes.</summary>
    public static string Generator { get; } = $"CloudBackup {typeof(ProductVersion).Assembly.GetName().Version?.ToString(3)}";
}
