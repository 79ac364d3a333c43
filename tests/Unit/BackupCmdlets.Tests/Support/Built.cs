using System.Reflection;

namespace CloudBackup.Cmdlets.Tests.Support;

/// <summary>Where the build put what is tested.</summary>
internal static class Built
{
    public static string Manifest { get; } = Path.Join(Metadata("ModulePath"), "CloudBackup.psd1");

    public static string Host { get; } = Path.GetFullPath(Metadata("HostPath"));

    public static string HelpBuilder { get; } = Path.GetFullPath(Metadata("HelpBuilderPath"));

    public static string CmdletAssembly { get; } = Path.Join(Metadata("ModulePath"), "lib", "BackupCmdlets.dll");

    private static string Metadata(string key) =>
        typeof(Built).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
