<#
.SYNOPSIS
Builds, tests, checks or packages CloudBackup.

.DESCRIPTION
Uses the language, .NET and native commands only, so that both pwsh and the project's own host run it.

.PARAMETER Task
Build lays the module out in output/CloudBackup/<version>. Test runs every suite. Lint checks format and
scripts. Package makes output/CloudBackup.<version>.zip, to be unpacked in a folder of PSModulePath, and .nupkg, for a repository of modules.

.PARAMETER Configuration
What to build: Release or Debug.

.PARAMETER Destination
The folder that Package writes to. By default output.

.PARAMETER NoBuild
Package takes the module as it was built last.

.EXAMPLE
./build.ps1 -Task Test

.EXAMPLE
dotnet run -c Release --project src/BackupHost -- -File build.ps1 -Task Package
#>
[Diagnostics.CodeAnalysis.SuppressMessage('PSReviewUnusedParameter', '', Justification = 'The functions below read them.')]
param(
    [ValidateSet('Build', 'Test', 'Lint', 'Package')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [string] $Destination,

    [switch] $NoBuild
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$version = ([xml] [System.IO.File]::ReadAllText("$root/Directory.Build.props")).Project.PropertyGroup.VersionPrefix
$module = "$root/output/CloudBackup/$version"
if (-not $Destination) { $Destination = "$root/output" }

# Has no parameters of its own: -c would be taken for one.
function Invoke-Native {
    $command, $arguments = $args
    & $command @arguments
    if ($LASTEXITCODE -ne 0) { throw "'$args' failed with exit code $LASTEXITCODE." }
}

function Build {
    Invoke-Native dotnet build "$root/CloudBackup.sln" -c $Configuration --nologo
}

function Test {
    Build
    Invoke-Native dotnet test -c $Configuration --no-build --solution "$root/CloudBackup.sln"
}

function Lint {
    Invoke-Native dotnet format "$root/CloudBackup.sln" --verify-no-changes
    $broken = foreach ($script in Get-ScriptPath) {
        $errors = $null
        $null = [System.Management.Automation.Language.Parser]::ParseFile($script, [ref] $null, [ref] $errors)
        foreach ($problem in $errors) { '{0}({1}): {2}' -f $script, $problem.Extent.StartLineNumber, $problem.Message }
    }
    if ($broken) { throw ($broken -join [System.Environment]::NewLine) }
    if (Get-Command -Name Invoke-ScriptAnalyzer -ErrorAction Ignore) {
        $findings = Get-ScriptPath | ForEach-Object { Invoke-ScriptAnalyzer -Path $_ -Settings (Get-AnalyzerSetting $_) }
        $findings
        if ($findings) { throw 'PSScriptAnalyzer has findings.' }
    }
}

# The settings beside a script, else those of the repository.
function Get-AnalyzerSetting([string] $Path) {
    $name = 'PSScriptAnalyzerSettings.psd1'
    $own = [System.IO.Path]::Join([System.IO.Path]::GetDirectoryName($Path), $name)
    if ([System.IO.File]::Exists($own)) { $own } else { [System.IO.Path]::Join($root, $name) }
}

function Get-ScriptPath {
    foreach ($folder in '', 'module', 'examples', 'tests/Pester') {
        foreach ($pattern in '*.ps1', '*.psm1', '*.psd1') {
            [System.IO.Directory]::EnumerateFiles([System.IO.Path]::Join($root, $folder), $pattern, 'TopDirectoryOnly')
        }
    }
}

function Package {
    if (-not $NoBuild) { Build }
    $null = [System.IO.Directory]::CreateDirectory($Destination)
    $zipPath = [System.IO.Path]::GetFullPath("CloudBackup.$version.zip", $Destination)
    [System.IO.File]::Delete($zipPath)
    $zip = [System.IO.Compression.ZipFile]::Open($zipPath, 'Create')
    try {
        foreach ($file in [System.Linq.Enumerable]::Order([System.IO.Directory]::GetFiles($module, '*', 'AllDirectories'))) {
            $name = "CloudBackup/$version/" + [System.IO.Path]::GetRelativePath($module, $file).Replace('\', '/')
            $null = [System.IO.Compression.ZipFileExtensions]::CreateEntryFromFile($zip, $file, $name)
        }
    }
    finally {
        $zip.Dispose()
    }
    Invoke-Native dotnet pack "$root/src/BackupCmdlets" -c $Configuration --no-build --nologo -o $Destination `
        "-p:NuspecFile=$root/module/CloudBackup.nuspec" "-p:NuspecBasePath=$module" "-p:NuspecProperties=version=$version" "-p:NoPackageAnalysis=true"
    $zipPath
    [System.IO.Path]::GetFullPath("CloudBackup.$version.nupkg", $Destination)
}

& $Task
